"""What every test may count on: nothing sleeps, nothing mocks our own code."""
