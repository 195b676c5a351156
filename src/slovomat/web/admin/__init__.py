"""The operator's desk: figures, people, money, prices, modes, and the journal of all that is done here."""
