import Glibc

/// The files that `generate_data` writes and `load_data` finds.
enum DataFiles {
  /// `customers-0001.csv`: so many digits that the order of the names is that of the ids.
  static func name(_ number: Int, of count: Int) -> String {
    let digits = max(4, "\(count)".utf8.count)
    let text = "\(number)"
    return "customers-\(String(repeating: "0", count: digits - text.utf8.count))\(text).csv"
  }

  /// The files at `path`, in order: itself, or those of a folder that are named as above, compressed ones too. It blocks.
  static func find(_ path: String) throws(FileProblem) -> [String] {
    var facts = stat()
    guard stat(path, &facts) == 0 else {
      throw FileProblem(description: "\(path): \(String(cString: strerror(errno)))")
    }
    guard facts.st_mode & S_IFMT == S_IFDIR else { return [path] }
    guard let folder = opendir(path) else {
      throw FileProblem(description: "\(path): \(String(cString: strerror(errno)))")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix("customers"), kind(of: name) != nil { names.append(name) }
    }
    guard !names.isEmpty else {
      throw FileProblem(
        description: "\(path): there is no customers*.csv in it; script generate_data makes some")
    }
    return names.sorted().map { "\(path)/\($0)" }
  }

  /// What a file holds, by its name; nil for what cannot be imported.
  static func kind(of name: String) -> (type: String, isGzip: Bool)? {
    let isGzip = name.hasSuffix(".gz")
    let plain = isGzip ? name.dropLast(3) : name[...]
    if plain.hasSuffix(".csv") { return ("text/csv; charset=utf-8", isGzip) }
    if plain.hasSuffix(".ndjson") { return ("application/x-ndjson", isGzip) }
    return nil
  }
}
