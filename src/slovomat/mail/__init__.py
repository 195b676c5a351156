"""How letters and webhook calls leave."""
