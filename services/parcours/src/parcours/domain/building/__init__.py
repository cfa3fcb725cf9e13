"""What the structure agrees to: axes and actions, their duration, and the validation of one version."""
