/// stub
public struct ConnectionSettings: Sendable {
  public struct Host: Sendable {
    public var name: String; public var port: Int; public var isLocalSocket: Bool { name.hasPrefix("/") }
  }
  public struct Parameter: Sendable { public var keyword: String; public var value: String }
  public var parameters: [Parameter]
  public var hosts: [Host]
  public init(parameters: [Parameter], hosts: [Host]) { self.parameters = parameters; self.hosts = hosts }
}
