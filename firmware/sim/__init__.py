"""The simulated twin: a bar whose scales run the real device code on simulated chips, kegs and drinkers."""
