"""What the phone has of the desk around it: notifications, the page's title, keys."""
