"""The terminals with a screen: ticket kiosk, window rater, call screen, and the technician's pages behind them."""
