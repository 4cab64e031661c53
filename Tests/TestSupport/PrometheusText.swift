/// Prometheus' text format, version 0.0.4, read by the letter: what it does not say is an error.
public struct PrometheusText: Sendable {
  /// One line with a value.
  public struct Sample: Sendable {
    /// The name, with `_bucket`, `_sum` or `_count` where the family is a histogram.
    public let name: String
    /// The labels, by name.
    public let labels: [String: String]
    /// The value.
    public let value: Double
  }

  /// A name with its help, its type and its samples.
  public struct Family: Sendable {
    /// The name.
    public let name: String
    /// `counter`, `gauge` or `histogram`.
    public let type: String
    /// The samples in their order.
    public internal(set) var samples: [Sample] = []
  }

  /// Why a text is none.
  public struct Fault: Error, CustomStringConvertible {
    /// The line, and what is wrong with it.
    public let description: String
  }

  /// The families, by name.
  public private(set) var families: [String: Family] = [:]

  /// The value of the sample with this name and these labels among its own; nil if there is not exactly one.
  public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    let found = samples(name, labels)
    return found.count == 1 ? found[0].value : nil
  }

  /// The samples with this name that have these labels.
  public func samples(_ name: String, _ labels: [String: String] = [:]) -> [Sample] {
    families.values.flatMap(\.samples).filter { sample in
      sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
    }
  }

  /// Reads a whole text.
  public init(_ text: String) throws {
    guard text.utf8.last == UInt8(ascii: "\n") else { throw Fault(description: "no line feed at the end") }
    var current: Family?
    var help: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      do {
        if line.hasPrefix("# HELP ") {
          try close(&current)
          help = try Self.words(line, 4, "HELP")[2]
        } else if line.hasPrefix("# TYPE ") {
          let words = try Self.words(line, 4, "TYPE")
          guard words[2] == help else { throw Fault(description: "TYPE of another name than HELP") }
          guard ["counter", "gauge", "histogram"].contains(words[3]) else {
            throw Fault(description: "unknown type")
          }
          guard families[words[2]] == nil else { throw Fault(description: "the family is there twice") }
          current = Family(name: words[2], type: words[3])
          help = nil
        } else {
          let sample = try Self.sample(line)
          guard let family = current else { throw Fault(description: "a sample without HELP and TYPE") }
          try Self.check(sample, in: family)
          current?.samples.append(sample)
        }
      } catch let fault as Fault {
        throw Fault(description: "\(line): \(fault)")
      }
    }
    try close(&current)
  }

  private static func words(_ line: Substring, _ count: Int, _ what: String) throws -> [String] {
    let words = line.split(separator: " ", maxSplits: count - 1, omittingEmptySubsequences: false).map {
      String($0)
    }
    guard words.count == count, !words.contains("") else { throw Fault(description: "no \(what)") }
    guard isName(words[2][...], allowsColon: true) else { throw Fault(description: "no name of a metric") }
    return words
  }

  private mutating func close(_ current: inout Family?) throws {
    guard let family = current else { return }
    current = nil
    var seen: Set<String> = []
    for sample in family.samples {
      let key = "\(sample.name)\(sample.labels.sorted { $0.key < $1.key })"
      guard seen.insert(key).inserted else { throw Fault(description: "\(key) is there twice") }
    }
    if family.type == "histogram" { try Self.checkHistogram(family) }
    families[family.name] = family
  }

  private static func check(_ sample: Sample, in family: Family) throws {
    let suffixes = family.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    guard suffixes.contains(where: { sample.name == family.name + $0 }) else {
      throw Fault(description: "a sample of another family")
    }
    if family.type == "counter" {
      guard family.name.hasSuffix("_total"), sample.value >= 0 else {
        throw Fault(description: "no counter: its name ends with _total, and it never goes below 0")
      }
    }
  }

  /// For each set of labels: bounds that grow, counts that never go down, one without a bound, which is the count.
  private static func checkHistogram(_ family: Family) throws {
    func key(_ sample: Sample) -> [String: String] { sample.labels.filter { $0.key != "le" } }
    for (labels, samples) in Dictionary(grouping: family.samples, by: key) {
      let buckets = samples.filter { $0.name.hasSuffix("_bucket") }
      let bounds = buckets.compactMap { $0.labels["le"].flatMap { $0 == "+Inf" ? .infinity : Double($0) } }
      let counts = buckets.map(\.value)
      let total = samples.filter { $0.name.hasSuffix("_count") }.map(\.value)
      let sum = samples.filter { $0.name.hasSuffix("_sum") }.map(\.value)
      guard bounds.count == buckets.count, bounds.last == .infinity,
        zip(bounds, bounds.dropFirst()).allSatisfy(<),
        zip(counts, counts.dropFirst()).allSatisfy(<=), total == [counts.last ?? -1], sum.count == 1
      else { throw Fault(description: "\(family.name) \(labels) is no histogram") }
      // No sum can be less than what the buckets say, nor more.
      var least = 0.0
      for (index, count) in counts.enumerated() where index > 0 {
        least += (count - counts[index - 1]) * bounds[index - 1]
      }
      guard sum[0] >= least * 0.999999 else {
        throw Fault(description: "\(family.name) \(labels): sum too small")
      }
    }
  }

  // MARK: Lines

  private static func sample(_ line: Substring) throws -> Sample {
    var rest = line
    let name = rest.prefix { $0 != "{" && $0 != " " }
    guard isName(name, allowsColon: true) else { throw Fault(description: "no name of a metric") }
    rest = rest[name.endIndex...]
    var labels: [String: String] = [:]
    if rest.first == "{" {
      repeat {
        rest = rest.dropFirst()
        let label = rest.prefix { $0 != "=" }
        guard isName(label, allowsColon: false), rest[label.endIndex...].hasPrefix("=\"") else {
          throw Fault(description: "no label")
        }
        rest = rest[label.endIndex...].dropFirst(2)
        guard labels.updateValue(try quoted(&rest), forKey: String(label)) == nil else {
          throw Fault(description: "a label is there twice")
        }
      } while rest.first == ","
      guard rest.first == "}" else { throw Fault(description: "labels without an end") }
      rest = rest.dropFirst()
    }
    guard rest.first == " ", let value = Double(rest.dropFirst()) else {
      throw Fault(description: "no value")
    }
    return Sample(name: String(name), labels: labels, value: value)
  }

  /// Reads to the closing quote, which is taken too.
  private static func quoted(_ rest: inout Substring) throws -> String {
    var text = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return text
      case "\\":
        guard let escaped = rest.popFirst(), let meaning = ["\\": "\\", "\"": "\"", "n": "\n"][escaped] else {
          throw Fault(description: "an escape that there is not")
        }
        text += meaning
      default: text.append(character)
      }
    }
    throw Fault(description: "a value without an end")
  }

  private static func isName(_ text: Substring, allowsColon: Bool) -> Bool {
    guard let first = text.first, !first.isNumber else { return false }
    return text.allSatisfy {
      ($0.isASCII && ($0.isLetter || $0.isNumber)) || $0 == "_" || (allowsColon && $0 == ":")
    }
  }
}
