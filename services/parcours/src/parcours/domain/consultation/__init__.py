"""How is a provider chosen? Terms of reference, providers consulted, proposals, scores, an award, all informed (P)."""
