using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace EvidenceIngest.Server.Catalogue.Migrations;

[DbContext(typeof(CatalogueDb))]
[Migration("0022_drafts")]
internal sealed class DraftTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlScript.Read("0022_drafts.sql"));
}
