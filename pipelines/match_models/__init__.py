"""Match models of a workspace: train them with a card, show them, compare them."""
