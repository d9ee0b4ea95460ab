"""What pages are drawn with: look, fonts, layout, widgets."""
