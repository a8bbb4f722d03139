"""The shipped price list: made by `make.py` from the library genai-prices, read by `load.py`."""
