"""Probes from plan to verdict: planned once, claimed by one worker, sent at most once, watched until it is known."""
