"""One module per outside source; each turns files into domain objects and knows nothing of the store."""
