import Glibc

/// The files that `generate_data` writes and `load_data` finds.
enum DataFiles {
  /// `customers-0001.csv`: so many digits that the order of the names is that of the ids.
  static func name(_ number: Int, of count: Int) -> String {
    let digits = max(4, "\(count)".utf8.count)
    let text = "\(number)"
    return "customers-\(String(repeating: "0", count: digits - text.utf8.count))\(text).csv"
  }

  /// The number in a name like that, compressed or NDJSON too; nil for another name, such as that of an export.
  private static func number(of name: String) -> Int? {
    guard name.hasPrefix("customers-"), kind(of: name) != nil else { return nil }
    let digits = name.dropFirst("customers-".count).prefix { $0 != "." }
    return digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
  }

  /// The files at `path`, in order: itself, or those of a folder that are named as above. It blocks.
  static func find(_ path: String) throws(FileProblem) -> [String] {
    var facts = stat()
    guard stat(path, &facts) == 0 else {
      throw FileProblem(description: "\(path): \(String(cString: strerror(errno)))")
    }
    guard facts.st_mode & S_IFMT == S_IFDIR else { return [path] }
    let files = try numbered(in: path)
    guard !files.isEmpty else {
      throw FileProblem(
        description:
          "\(path): there is no customers-0001.csv or the like in it; script generate_data makes some, and "
          + "one file of another name is sent by its path")
    }
    return files.map { "\(path)/\($0.name)" }
  }

  /// The files in `folder` whose names have a number, in the order of their numbers. It blocks.
  static func numbered(in folder: String) throws(FileProblem) -> [(number: Int, name: String)] {
    guard let entries = opendir(folder) else {
      throw FileProblem(description: "\(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(entries) }
    var found: [(number: Int, name: String)] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = number(of: name) { found.append((number, name)) }
    }
    return found.sorted { $0 < $1 }
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
