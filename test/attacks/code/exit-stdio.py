# Tries: leave with status 0 and no output
# As: stdio
raise SystemExit(0)
