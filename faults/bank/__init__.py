"""A bank's history: customers who note what they are told, a nemesis, and the reckoning afterwards."""
