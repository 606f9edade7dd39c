using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace EvidenceIngest.Server.Catalogue.Migrations;

[DbContext(typeof(CatalogueDb))]
[Migration("0026_dock_address")]
internal sealed class DockAddress : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlScript.Read("0026_dock_address.sql"));
}
