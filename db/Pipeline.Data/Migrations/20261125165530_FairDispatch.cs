using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class FairDispatch : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "max_running",
                table: "workers",
                type: "integer",
                nullable: false,
                defaultValue: 64);

            migrationBuilder.AddColumn<int>(
                name: "weight",
                table: "tenants",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.CreateTable(
                name: "dispatch_turns",
                columns: table => new
                {
                    model = table.Column<string>(type: "text", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    start = table.Column<double>(type: "double precision", nullable: false),
                    finish = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dispatch_turns", x => new { x.model, x.tenant_id });
                    table.ForeignKey(
                        name: "fk_dispatch_turns_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_slices_model_done_at",
                table: "slices",
                columns: new[] { "model", "done_at" },
                filter: "state = 3");

            migrationBuilder.CreateIndex(
                name: "ix_dispatch_turns_tenant_id",
                table: "dispatch_turns",
                column: "tenant_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "dispatch_turns");

            migrationBuilder.DropIndex(
                name: "ix_slices_model_done_at",
                table: "slices");

            migrationBuilder.DropColumn(
                name: "max_running",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "weight",
                table: "tenants");
        }
    }
}
