"""Running the product: the page from which everything is set up."""
