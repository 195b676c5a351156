"""Those who take the money: one file a provider, found by the registry. A provider does not know another."""
