/// The name that someone who typed `name` most likely meant, nil if none is near.
func nearestName(to name: String, among candidates: [String]) -> String? {
  let ranked = candidates.map { ($0, editDistance(name, $0)) }
  guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
  return best.1 <= max(1, min(name.count, best.0.count) / 3) ? best.0 : nil
}

/// Insertions, deletions, replacements and swaps of neighbors that turn `left` into `right` (the distance of
/// optimal string alignment).
func editDistance(_ left: String, _ right: String) -> Int {
  let left = Array(left.unicodeScalars.prefix(100))
  let right = Array(right.unicodeScalars.prefix(100))
  var beforeLast = [Int](repeating: 0, count: right.count + 1)
  var last = Array(0...right.count)
  for row in left.indices {
    var current = [row + 1] + [Int](repeating: 0, count: right.count)
    for column in right.indices {
      let cost = left[row] == right[column] ? 0 : 1
      var best = min(last[column + 1] + 1, current[column] + 1, last[column] + cost)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        best = min(best, beforeLast[column - 1] + 1)
      }
      current[column + 1] = best
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
