"""Phase 5, suivi et consolidation: do the effects of the accompaniment last, and what does the structure need now?"""
