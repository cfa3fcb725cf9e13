"""The request aggregate: a module per topic, put together in `request.py`."""
