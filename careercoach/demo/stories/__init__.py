"""What cal_simulate tells: stories of bookings, as lists of Cal.com's bodies."""

from careercoach.demo.stories.stage import LONGEST, Stage, coach
from careercoach.demo.stories.tales import STORIES, Story

__all__ = ["LONGEST", "STORIES", "Stage", "Story", "coach"]
