extension Migration {
  /// Every migration that this program knows, in order. The SQL is compiled in from `Migrations/`; a test fails
  /// where a file there is missing here.
  public static let all: [Migration] = [
    Migration(
      1, "customers", up: PackageResources.V0001_customers_up_sql,
      down: PackageResources.V0001_customers_down_sql),
    Migration(
      2, "loads", up: PackageResources.V0002_loads_up_sql, down: PackageResources.V0002_loads_down_sql),
    Migration(
      3, "registered_customers", up: PackageResources.V0003_registered_customers_up_sql,
      down: PackageResources.V0003_registered_customers_down_sql),
    Migration(
      4, "descriptions", up: PackageResources.V0004_descriptions_up_sql,
      down: PackageResources.V0004_descriptions_down_sql),
    Migration(
      5, "imports", up: PackageResources.V0005_imports_up_sql, down: PackageResources.V0005_imports_down_sql),
  ]
}
