"""The scorecard of what the service must survive, as programs: `./dev faults`."""
