/// The release that all three programs belong to.
public enum Release {
  /// Its version, by semantic versioning.
  public static let version = "0.1.0"
}
