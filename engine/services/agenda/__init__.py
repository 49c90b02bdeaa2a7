"""What happens when: everybody's calendar, clashes, the calendar feed, reminders."""
