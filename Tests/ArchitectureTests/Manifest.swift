/// The targets of `Package.swift` and what they say they depend on.
struct Manifest: Sendable {
  /// The dependencies of each library and program, by target.
  private(set) var targets: [String: Set<String>] = [:]
  /// The targets whose tests there are.
  private(set) var tested: Set<String> = []

  init(text: String) {
    let declaration =
      #/(\blibrary|\bprogram|\btests|\.target)\(\s*(?:name:\s*)?"(\w+)",\s*(?:dependencies:\s*)?\[([^\]]*)\]/#
    for match in text.matches(of: declaration) {
      let name = String(match.2)
      if name == "TestSupport" { continue }
      if match.1 == "tests" {
        tested.insert(name)
      } else {
        targets[name] = Set(match.3.matches(of: #/"(\w+)"/#).map { String($0.1) })
      }
    }
  }
}
