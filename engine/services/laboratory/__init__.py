"""The Laboratory: where the triads stand, what their summaries add up to, and the plan that follows.

Nothing here is about one teacher: counts of people are shown from three up, and no team is set above another.
"""
