"""Other people's protocols over our runs: each an encoder over entries, and its routes."""
