"""Documents that people read, made from events: one model, drawn as a page of the web or of paper."""
