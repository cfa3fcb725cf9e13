"""The capitalisation sheets, by which advisers share what one case taught them."""
