import APIClient
import Foundation
import Options
import Testing

/// Where a key comes from, and where a server is.
@Suite struct KeySettingTests {
  private static let program = Program(
    "test", version: "1", summary: "Tests",
    commands: [Command(summary: "Tests", options: [KeySetting.key, KeySetting.keyFile])])

  private func key(_ arguments: [String], _ environment: Environment = [:]) throws -> String {
    try KeySetting.key(try Self.program.parse(arguments, environment: environment))
  }

  @Test func argumentsCountMoreThanTheEnvironment() throws {
    #expect(try key([], ["ROSTER_API_KEY": "e"]) == "e")
    #expect(try key(["--key", "a"], ["ROSTER_API_KEY": "e", "ROSTER_API_KEY_FILE": "/nowhere"]) == "a")
  }

  @Test func theFileHasItOnTheFirstLineThatSaysSomething() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "key-\(UInt64.random(in: 0 ... .max))")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "\n# whose it is\n  secret \t\nother\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try key(["--key-file", path], ["ROSTER_API_KEY": "e"]) == "secret")
    for text in ["", "# nothing\n", String(repeating: "x\n", count: 40_000)] {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: UsageError.self) { try key(["--key-file", path]) }
      #expect(error?.description.contains("holds no key") == true)
    }
  }

  @Test(arguments: [
    ([], "a key is missing"), (["--key", "a", "--key-file", "b"], "both given"),
    (["--key", "a b"], "blanks"),
    (["--key-file", "/nowhere/key"], "No such file or directory; name a file that can be read"),
    (["--key-file", "/"], "name a file that can be read"),
  ])
  func mistakesAreTold(_ arguments: [String], _ reason: String) {
    let error = #expect(throws: UsageError.self) { try key(arguments) }
    #expect(error?.description.contains(reason) == true)
  }

  @Test func addressesAreMadeWhole() throws {
    for (text, address) in [
      ("http://127.0.0.1:5000", "http://127.0.0.1:5000/customers"),
      ("HTTPS://Host/api/", "https://host/api/customers"),
      ("http://h/customers", "http://h/customers"),
    ] {
      #expect(try ServerAddress.customersURL(text) == address)
    }
    for text in ["", "h:5000", "ftp://h", "http://", "http://:5", "http://u@h", "http://h?a", "http://h/ b"] {
      #expect(throws: AddressError.self) { try ServerAddress.customersURL(text) }
    }
  }
}
