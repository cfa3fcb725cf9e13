"""Phase 2, diagnostic partagé: how does the structure stand, what is its problem, and what will be worked on?"""
