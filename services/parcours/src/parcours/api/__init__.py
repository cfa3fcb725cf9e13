"""HTTP endpoints of parcours, one module per resource."""
