"""What test_bodies needs to hold the stand-in's bodies against the genuine ones in bookings/tests/cal/recorded."""
