#include <criterion/criterion.h>

#include "domain/stage.h"

Test(stage, first_fact_that_holds_decides)
{
    static const struct {
        StageFacts facts;
        Stage stage;
    } cases[] = {
        {{false, false, false, false, false}, STAGE_READY},
        {{false, false, false, false, true}, STAGE_EXHAUSTED},
        {{false, false, false, true, true}, STAGE_OFFERED},
        {{false, false, true, true, true}, STAGE_FINISHED},
        {{false, true, true, true, true}, STAGE_INVALID},
        {{true, true, true, true, true}, STAGE_DNC},
        {{true, false, false, false, false}, STAGE_DNC},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(stage_of(&cases[i].facts), cases[i].stage, "case %zu", i);
    }
}

Test(stage, every_stage_has_its_name)
{
    cr_expect_str_eq(stage_name(STAGE_DNC), "dnc");
    cr_expect_str_eq(stage_name(STAGE_READY), "ready");
}
