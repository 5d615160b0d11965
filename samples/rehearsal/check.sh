# Proves the parts and the whole: no port is taken twice.
twice=$(cat web/*.port 2>/dev/null | sort | uniq -d)
if [ -n "$twice" ]; then
  echo "port $twice is taken twice"
  exit 1
fi
