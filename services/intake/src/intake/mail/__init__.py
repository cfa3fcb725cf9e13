"""Mail: links of people without an account, sent by the role `work` over SMTP."""
