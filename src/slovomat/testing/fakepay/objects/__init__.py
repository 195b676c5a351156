"""How providers write what they speak of: the shapes of their answers, without their calls."""
