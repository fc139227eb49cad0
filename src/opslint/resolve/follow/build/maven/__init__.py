"""Maven: from goals and phases to the plugins that the project object models bind to them."""
