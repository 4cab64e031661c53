import Bytes

/// Prometheus' text format, version 0.0.4: families one after the other, each with its help and its type.
struct MetricsText: ~Copyable {
  enum Kind {
    case counter, gauge, histogram

    var name: StaticString {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  /// Names and values, in order.
  typealias Labels = [(name: StaticString, value: String)]

  private(set) var text = ByteBuffer(capacity: 16 * 1024)
  private var name: StaticString = ""

  /// Begins a family; its samples follow.
  mutating func family(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
    self.name = name
    for (word, rest) in [("HELP" as StaticString, help), ("TYPE", kind.name)] {
      text.append("# ")
      text.append(word)
      text.append(" ")
      text.append(name)
      text.append(" ")
      text.append(rest)
      text.append("\n")
    }
  }

  mutating func sample(_ labels: Labels = [], _ value: UInt64) {
    sample("", labels) { $0.append(decimal: Int64(clamping: value)) }
  }

  mutating func sample(_ labels: Labels = [], _ value: Int) {
    sample("", labels) { $0.append(decimal: Int64(value)) }
  }

  /// A time in nanoseconds, written in seconds.
  mutating func sample(_ labels: Labels = [], nanoseconds: UInt64) {
    sample("", labels) { $0.append(nanoseconds: nanoseconds) }
  }

  mutating func sample(_ labels: Labels = [], _ histogram: Histogram) {
    var total: UInt64 = 0
    for (index, count) in histogram.buckets.enumerated() {
      total &+= count
      var bound = ByteBuffer(capacity: 16)
      if let microseconds = LatencyBuckets.bound(index) {
        bound.append(nanoseconds: microseconds * 1000)
      } else {
        bound.append("+Inf")
      }
      sample("_bucket", labels + [("le", bound.text())]) { $0.append(decimal: Int64(clamping: total)) }
    }
    sample("_sum", labels) { $0.append(nanoseconds: histogram.nanoseconds) }
    sample("_count", labels) { $0.append(decimal: Int64(clamping: total)) }
  }

  private mutating func sample(
    _ suffix: StaticString, _ labels: Labels, _ value: (inout ByteBuffer) -> Void
  ) {
    text.append(name)
    text.append(suffix)
    for (index, label) in labels.enumerated() {
      text.append(index == 0 ? "{" : ",")
      text.append(label.name)
      text.append("=\"")
      append(escaped: label.value)
      text.append("\"")
    }
    text.append(labels.isEmpty ? " " : "} ")
    value(&text)
    text.append("\n")
  }

  private mutating func append(escaped value: String) {
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): text.append("\\\\")
      case UInt8(ascii: "\""): text.append("\\\"")
      case UInt8(ascii: "\n"): text.append("\\n")
      default: text.append(byte)
      }
    }
  }
}

extension ByteBuffer {
  /// Adds a time in seconds, without zeros at its end: `0.000016`, `1.5`, `3`.
  fileprivate mutating func append(nanoseconds: UInt64) {
    append(decimal: Int64(clamping: nanoseconds / 1_000_000_000))
    var fraction = nanoseconds % 1_000_000_000
    guard fraction > 0 else { return }
    var width = 9
    while fraction % 10 == 0 {
      fraction /= 10
      width -= 1
    }
    append(".")
    append(decimal: fraction, width: width)
  }
}
