"""Letters: written in the transaction of what they tell, sent later, tried again, seen when they fail."""
