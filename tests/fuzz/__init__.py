"""Bad input, by the thousand and repeatable: ``make fuzz``, and some hundreds of cases in ``make test``.

A case is a seed and a number: `cases.case` gives the same request for the same two on every machine with the same
encoders. `run` sends them to a real server and says what was answered wrongly, slowly or at too high a price.
"""
