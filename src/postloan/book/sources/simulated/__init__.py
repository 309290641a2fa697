"""A simulated county bank: a world that is lived month by month, and the book that a bank would have of it.

What happens in a month follows from draws that are keyed by seed, purpose and branch, and from the months
before, so a later day never changes an earlier one. Amounts that move are whole cents; what lies behind them
(stress, prices, the temper of people) is in fractions. Nothing here reads a policy pack's thresholds, and
no run reads anything of the truth that is kept apart.
"""
