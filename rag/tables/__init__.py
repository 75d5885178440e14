"""Questions of counting, summing and looking up, answered by a query over the whole table."""
