using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace EvidenceIngest.Server.Catalogue.Migrations;

[DbContext(typeof(CatalogueDb))]
[Migration("0025_redactions")]
internal sealed class Redactions : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlScript.Read("0025_redactions.sql"));
}
