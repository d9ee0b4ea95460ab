"""A4 papers for the public: guides, notices, forms and the written answers that the rules ask for, set by typst."""
