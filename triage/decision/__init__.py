"""What a patient's answers mean: by both engines, with the reasons, in words, and the next question."""
