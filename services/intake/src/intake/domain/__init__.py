"""Phase 1, accueil: does this structure enter the DLA, and if not, who else can help it?"""
