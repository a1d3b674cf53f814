"""What deploy/ holds is read, checked and, where that is possible here, run."""
