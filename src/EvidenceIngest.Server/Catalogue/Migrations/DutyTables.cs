using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace EvidenceIngest.Server.Catalogue.Migrations;

[DbContext(typeof(CatalogueDb))]
[Migration("0020_duties")]
internal sealed class DutyTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlScript.Read("0020_duties.sql"));
}
